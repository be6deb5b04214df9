//! What is done to routers and link, from outside.

use lvs_vrrp::Readiness;

/// One thing done at one moment; routers by place.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// by router: its side
    Part(Vec<bool>),
    Heal,
    /// of a thousand packets; and so many doubled
    Lose(usize),
    Start(usize),
    /// kill -9: the kernel keeps the addresses
    Kill(usize),
    PowerOff(usize),
    /// SIGTERM
    Stop(usize),
    /// SIGSTOP
    Freeze(usize),
    /// the whole machine stands still: its sockets are deaf too
    Pause(usize),
    /// SIGCONT: what waits in its socket is read before any timer is looked at
    Thaw(usize),
    /// the tracked thing is up
    Track(usize, bool),
    /// the interface is up
    Interface(usize, bool),
    Ready(usize, Readiness),
}
