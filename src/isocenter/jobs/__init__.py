"""What is done in the background: long work as jobs, and pixels in processes that can be killed."""
