//! Changes told by mail: merged, queued, never waited for.
