"""The window. Draws the model, sends what is typed; decides nothing else."""
