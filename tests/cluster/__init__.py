"""Nodes of one cluster, in processes of their own, and everything that can break between them."""
