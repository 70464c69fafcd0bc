"""What answers become: scores, pieces that protect those who answered, published figures, and their audit."""
