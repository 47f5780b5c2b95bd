"""CI machines: what they are told and how."""
