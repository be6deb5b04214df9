//! Rules for a real server.
