"""Say what is expected of evidence, as a sentence."""
