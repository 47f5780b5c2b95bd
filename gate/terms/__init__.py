"""The nouns of gate: frozen values without behaviour that reaches outside."""
