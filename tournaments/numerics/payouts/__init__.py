"""Who is paid what, in exact integers: five rules, one file each, and `registry` that names them."""
