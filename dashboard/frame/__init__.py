"""What stands around every page: the filter bar, the search line, links, the banner of an earlier state, paper."""
