"""What customers think."""
