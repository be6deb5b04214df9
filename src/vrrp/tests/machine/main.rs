//! The virtual router state machine, seen through `Set`.

mod announcing;
mod election;
mod faults;
mod groups;
mod handover;
mod lab;
mod random;
mod receive;
mod reload;
mod restart;
mod states;
mod thaw;
mod timers;
mod weights;
