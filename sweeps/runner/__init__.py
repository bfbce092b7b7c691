"""What all sweeps share: the declaration and its rule, the rows on disk, the code they hang on."""
