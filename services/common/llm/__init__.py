"""The one boundary where ticket text leaves for a language model."""
