//! Rules that hold for real servers and directors alike.
