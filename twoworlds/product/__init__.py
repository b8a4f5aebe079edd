"""What the product desk computes."""
