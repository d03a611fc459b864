"""What an actor does with a stage: fetch its input from the object store, call the pure stage, store what came out.

A job gets its order (plain frozen data, from `workers.load`) and returns a small report of keys and figures
(committed by `workers.record`). Jobs know the object store; they know neither Ray nor SQL.
"""
