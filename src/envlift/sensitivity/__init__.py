"""What is secret and what is worth moving: rules over names, values and uses, each with examples of both sides."""
