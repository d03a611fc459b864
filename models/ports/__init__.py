"""Networks whose ONNX files go back into torch modules: to be trained further, or to be run by the torch engine.

Architecture alone: nothing here trains, and only training and the torch engine import it.
"""
