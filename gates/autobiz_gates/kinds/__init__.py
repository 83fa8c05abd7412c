"""The kinds of gates, one a module; `registry` lists them."""
