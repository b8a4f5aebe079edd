"""The teaching kit. It knows no domain: explorers, predictions, claims, exercises, progress, style."""
