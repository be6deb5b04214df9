//! The VRRP side of a director: adverts in a thread of their own, addresses in another, tracking and notification.

pub mod notify;
pub mod script;
mod track;
