"""What there is to own and who owns it, made readable."""
