#!/bin/sh
# One worker is all a simulated nginx has; there is nothing to tune.
:
