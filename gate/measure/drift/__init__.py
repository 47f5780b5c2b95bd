"""How rows differ from those of a reference, column by column and as a whole."""
