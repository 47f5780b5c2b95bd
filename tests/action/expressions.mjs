// GitHub's own parser of action.yml and evaluator of ${{ }}: requests on standard input, answers; a line of JSON each.
import { createInterface } from "node:readline";

import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { reviver } from "@actions/expressions/data/reviver";
import { convertActionTemplate, parseAction } from "@actions/workflow-parser/actions/index";
import { NoOperationTraceWriter } from "@actions/workflow-parser";

// Text as it is; an expression (`a ${{ b }}` is format('a {0}', b)) as an object.
function scalar(token) {
  return token?.expression === undefined ? String(token?.value ?? "") : { expression: token.expression };
}

function mapping(token) {
  const found = {};
  for (const pair of token ?? []) found[pair.key.value] = scalar(pair.value);
  return found;
}

function action(text) {
  const { context, value } = parseAction({ name: "action.yml", content: text }, new NoOperationTraceWriter());
  const template = convertActionTemplate(context, value);
  const errors = context.errors.getErrors().map((error) => error.message);
  if (errors.length) return { errors };
  const inputs = (template.inputs ?? []).map((input) => [input.id, scalar(input.default)]);
  const outputs = (template.outputs ?? []).map((output) => [output.id, scalar(output.value)]);
  const steps = template.runs.steps.map((step) => ({
    id: step.id,
    condition: step.if.expression,
    env: mapping(step.env),
    run: scalar(step.run),
    forgiven: step["continue-on-error"] === true,
  }));
  return { errors, inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs), steps };
}

function evaluate({ expressions, contexts, failed }) {
  const known = JSON.parse(JSON.stringify(contexts), reviver);
  const answer = (value) => ({ minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) });
  const functions = Object.entries({ success: !failed, failure: failed, always: true, cancelled: false }).map(
    ([name, value]) => ({ name, ...answer(value) }),
  );
  const names = Object.keys(contexts);
  return expressions.map((expression) => {
    const tree = new Parser(new Lexer(expression).lex().tokens, names, functions).parse();
    const result = new Evaluator(tree, known, new Map(functions.map((each) => [each.name, each]))).evaluate();
    return result.coerceString();
  });
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  const answer = request.action === undefined ? evaluate(request) : action(request.action);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
