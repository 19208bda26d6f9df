"""What lasts: ``base`` is the seam, ``sqlite`` the store behind it; with ``:memory:`` nothing is kept."""
