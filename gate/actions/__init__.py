"""What follows a verdict: each module does one thing with the decision, when it is told to, and changes nothing of it."""
