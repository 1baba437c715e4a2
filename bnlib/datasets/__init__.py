"""The data: cats and dogs that are drawn, handwritten digits, and the stored sweep of training runs."""
