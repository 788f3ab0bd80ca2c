"""What the rows are measured with: origin, contenders, load, processes, the page."""
