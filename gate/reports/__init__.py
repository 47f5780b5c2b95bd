"""Decision to text; one file per form."""
