//! Whether a packet filter lets a packet in.
