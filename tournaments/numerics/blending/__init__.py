"""How the voices of a round become one: eight blends, one file each, and `registry` that names them."""
