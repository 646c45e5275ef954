"""Work when it is due: projections, launches, delivery, and the loop around them."""
