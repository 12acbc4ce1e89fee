"""Golden pages: one folder a page, one file a stage, each the expected output of one stage and the input of the next."""
