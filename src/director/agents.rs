//! What agents say, as it counts here: what becomes of a server by its agent's word, what is not believed of too many at once,
//! what is said back, and where a host is knocked at. Pure.

pub(crate) mod confirm;
pub(crate) mod guard;
pub(crate) mod knock;
pub(crate) mod words;
