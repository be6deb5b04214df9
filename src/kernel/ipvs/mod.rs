//! The kernel's IPVS table, read and written over generic netlink.
//!
//! Every call blocks for as long as the kernel works: use it from a thread of its own.

mod apply;
mod dump;
mod error;
mod module;
mod near;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::{fs, io};

use ::ipvs::wire::{self, Content, DecodeError, Request};
use ::ipvs::{Daemon, DaemonRole, Info, ServiceKey, Timeouts};
use nix::errno::Errno;

use crate::genl::Genl;

pub use error::{Applied, ChangeError, IpvsError};

/// The IPVS of this thread's network namespace.
pub struct Ipvs {
    genl: Genl,
    /// the number under which this kernel has the family `IPVS`
    family: u16,
    /// requests on their way out; kept for its capacity
    out: Vec<u8>,
    /// modules that were asked for, and whether they came; the kernel itself tries again each time
    modules: BTreeMap<String, bool>,
}

/// `/proc/net/ip_vs`, which needs no privilege: for [`ipvs::proc`]. Not there before `ip_vs` is loaded.
pub fn read_proc() -> io::Result<Vec<u8>> {
    fs::read("/proc/net/ip_vs")
}

impl Ipvs {
    /// Finds the family; the kernel loads `ip_vs` when asked for it, and where it cannot, `modprobe` is tried.
    /// Needs no privilege; everything else does.
    pub fn open() -> Result<Self, IpvsError> {
        let doing = "open a generic-netlink socket";
        let mut genl = Genl::open().map_err(|source| IpvsError::Socket { doing, source })?;
        let family = match family_id(&mut genl)? {
            Some(family) => family,
            None => load_family(&mut genl)?,
        };
        Ok(Self { genl, family, out: Vec::new(), modules: BTreeMap::new() })
    }

    /// Version and size of the connection table.
    pub fn info(&mut self) -> Result<Info, IpvsError> {
        self.ask("read the IPVS version", Request::Info, wire::decode_info)
    }

    /// Idle times of connection entries.
    pub fn timeouts(&mut self) -> Result<Timeouts, IpvsError> {
        self.ask("read the IPVS timeouts", Request::Timeouts, wire::decode_timeouts)
    }

    /// Sets the idle times that are not 0.
    pub fn set_timeouts(&mut self, timeouts: Timeouts) -> Result<(), IpvsError> {
        self.tell("set the IPVS timeouts", Request::SetTimeouts(timeouts))
    }

    /// The sync daemons that run, at most one of each role.
    pub fn daemons(&mut self) -> Result<Vec<Daemon>, IpvsError> {
        let mut daemons = Vec::new();
        self.dump("list the IPVS sync daemons", Request::Daemons, |body| {
            daemons.push(wire::decode_daemon(body)?);
            Ok(())
        })?;
        Ok(daemons)
    }

    /// Starts a sync daemon; `EEXIST` where one of its role runs.
    pub fn start_daemon(&mut self, daemon: &Daemon) -> Result<(), IpvsError> {
        self.tell("start an IPVS sync daemon", Request::StartDaemon(daemon))
    }

    /// Stops the sync daemon of a role; `ESRCH` where none runs.
    pub fn stop_daemon(&mut self, role: DaemonRole) -> Result<(), IpvsError> {
        self.tell("stop an IPVS sync daemon", Request::StopDaemon(role))
    }

    /// Sets counters to 0: of one service and its destinations, or all.
    pub fn zero(&mut self, service: Option<&ServiceKey>) -> Result<(), IpvsError> {
        self.tell("zero the IPVS counters", Request::Zero(service))
    }

    /// A request with one message as its answer.
    fn ask<T>(
        &mut self,
        doing: &'static str,
        request: Request<'_>,
        decode: impl Fn(&[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, IpvsError> {
        let mut answer = None;
        self.converse(doing, request, false, |body| {
            answer = Some(decode(body)?);
            Ok(ControlFlow::Break(()))
        })?;
        answer.ok_or(IpvsError::Refused { doing, errno: Errno::ENOMSG })
    }

    /// A request that is carried out or refused.
    fn tell(&mut self, doing: &'static str, request: Request<'_>) -> Result<(), IpvsError> {
        self.converse(doing, request, true, |_| Ok(ControlFlow::Continue(())))
    }

    /// A request with any number of messages as its answer.
    fn dump(
        &mut self,
        doing: &'static str,
        request: Request<'_>,
        mut each: impl FnMut(&[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), IpvsError> {
        self.converse(doing, request, false, |body| each(body).map(ControlFlow::Continue))
    }

    /// Sends one request and reads to the end of its answer, also past an answer that means nothing.
    fn converse(
        &mut self,
        doing: &'static str,
        request: Request<'_>,
        acknowledge: bool,
        mut each: impl FnMut(&[u8]) -> Result<ControlFlow<()>, DecodeError>,
    ) -> Result<(), IpvsError> {
        let first = self.genl.reserve(1);
        self.out.clear();
        request.encode(self.family, first, acknowledge, &mut self.out);
        let mut outcome = Ok(());
        let exchanged = self.genl.exchange(&self.out, first, |_, message| {
            if message.interrupted {
                outcome = Err(IpvsError::Interrupted { doing });
            }
            match message.content {
                Content::Data { body, .. } => match each(body) {
                    Ok(flow) => return flow,
                    Err(source) => outcome = Err(IpvsError::Answer { doing, source }),
                },
                Content::Refused(errno) | Content::Done(Some(errno)) => {
                    outcome = Err(IpvsError::of_errno(doing, errno));
                    return ControlFlow::Break(());
                }
                Content::Acknowledged | Content::Done(None) => return ControlFlow::Break(()),
                Content::Overrun => outcome = Err(IpvsError::Overrun { doing }),
                Content::Nothing => {}
            }
            ControlFlow::Continue(())
        });
        exchanged.map_err(|error| IpvsError::of_exchange(doing, error))?;
        outcome
    }
}

fn load_family(genl: &mut Genl) -> Result<u16, IpvsError> {
    let loaded = module::load("ip_vs");
    let modprobe = loaded.err().unwrap_or_else(|| "loaded, but it brought no family".to_owned());
    family_id(genl)?.ok_or(IpvsError::NoIpvs { modprobe })
}

/// None: the kernel has no such family.
fn family_id(genl: &mut Genl) -> Result<Option<u16>, IpvsError> {
    let doing = "find the generic-netlink family IPVS";
    let first = genl.reserve(1);
    let mut request = Vec::new();
    wire::encode_family_request(first, &mut request);
    let mut outcome = Ok(None);
    let exchanged = genl.exchange(&request, first, |_, message| {
        match message.content {
            Content::Data { body, .. } => {
                let id = wire::decode_family_id(body).map(Some);
                outcome = id.map_err(|source| IpvsError::Answer { doing, source });
            }
            Content::Refused(errno) if Errno::from_raw(errno) == Errno::ENOENT => {}
            Content::Refused(errno) => outcome = Err(IpvsError::of_errno(doing, errno)),
            Content::Acknowledged | Content::Done(_) | Content::Overrun | Content::Nothing => {}
        }
        ControlFlow::Break(())
    });
    exchanged.map_err(|error| IpvsError::of_exchange(doing, error))?;
    outcome
}
