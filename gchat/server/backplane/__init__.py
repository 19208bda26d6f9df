"""How an event comes to be applied: ``base`` is the seam, ``local`` the way of one process."""
