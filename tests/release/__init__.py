"""A release as others get it: built, installed outside the checkout, run."""
