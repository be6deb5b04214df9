//! What can go wrong with IPVS, and what helps.

use std::io;

use ::ipvs::Change;
use ::ipvs::wire::DecodeError;
use nix::errno::Errno;

use crate::genl::GenlError;

/// Nothing, or nothing more, could be done.
#[derive(Debug, thiserror::Error)]
pub enum IpvsError {
    /// The family `IPVS` is not there and could not be brought in.
    #[error("this kernel has no IPVS: module ip_vs is not loaded ({modprobe})")]
    NoIpvs {
        /// what became of `modprobe ip_vs`
        modprobe: String,
    },
    /// `EPERM`
    #[error("not permitted to {doing}")]
    NotPermitted {
        /// what was tried
        doing: &'static str,
    },
    /// Answers were lost (`ENOBUFS`): what was written is unknown, the table is to be looked at again.
    #[error("the kernel's answers were lost: cannot {doing}")]
    Overrun {
        /// what was tried
        doing: &'static str,
    },
    /// The table changed during each of several dumps.
    #[error("cannot {doing}: the table changes faster than it can be read")]
    Interrupted {
        /// what was tried
        doing: &'static str,
    },
    /// The kernel refused the request as a whole.
    #[error("cannot {doing}")]
    Refused {
        /// what was tried
        doing: &'static str,
        /// why
        #[source]
        errno: Errno,
    },
    /// The netlink socket failed.
    #[error("cannot {doing}: netlink socket")]
    Socket {
        /// what was tried
        doing: &'static str,
        /// why
        #[source]
        source: io::Error,
    },
    /// An answer that is not what `ip_vs.h` says.
    #[error("cannot {doing}: answer of the kernel")]
    Answer {
        /// what was tried
        doing: &'static str,
        /// what is wrong with it
        #[source]
        source: DecodeError,
    },
}

impl IpvsError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoIpvs { .. } => Some(
                "run `modprobe ip_vs` as root; where there is no such module, install the kernel's modules \
                 (Debian, Ubuntu: linux-modules-extra or linux-image of the running kernel; RHEL: kernel-modules-core) \
                 or a kernel with CONFIG_IP_VS"
                    .to_owned(),
            ),
            Self::NotPermitted { .. } => Some("needs root or CAP_NET_ADMIN".to_owned()),
            Self::Overrun { .. } | Self::Interrupted { .. } => Some("try again".to_owned()),
            Self::Refused { .. } | Self::Socket { .. } | Self::Answer { .. } => None,
        }
    }

    pub(super) fn of_exchange(doing: &'static str, error: GenlError) -> Self {
        match error {
            GenlError::Overrun => Self::Overrun { doing },
            GenlError::Io(source) => Self::Socket { doing, source },
            GenlError::Message(source) => Self::Answer { doing, source },
        }
    }

    pub(super) fn of_errno(doing: &'static str, errno: i32) -> Self {
        let errno = Errno::from_raw(errno);
        if errno == Errno::EPERM {
            Self::NotPermitted { doing }
        } else if matches!(errno, Errno::EINTR | Errno::EAGAIN | Errno::EBUSY) {
            Self::Interrupted { doing }
        } else {
            Self::Refused { doing, errno }
        }
    }
}

/// What became of the changes handed to [`super::Ipvs::apply`].
#[derive(Debug, Default)]
pub struct Applied {
    /// how many the kernel carried out
    pub written: usize,
    /// the others, in their order
    pub failed: Vec<(Change, ChangeError)>,
}

/// Why one change was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// Someone else was faster: what should be new is there, or what should change is gone. The table is to be
    /// looked at again.
    #[error("the table was changed by someone else meanwhile")]
    Raced,
    /// The scheduler's or persistence engine's module is missing.
    #[error("module {module} is missing (`modprobe {module}` failed)")]
    NoModule {
        /// `ip_vs_mh`, `ip_vs_pe_sip`
        module: String,
    },
    /// The service to which the destination belongs could not be added.
    #[error("its service could not be added")]
    NoService,
    /// Any other error of the kernel.
    #[error("refused by the kernel")]
    Refused {
        /// which
        #[source]
        errno: Errno,
    },
}

impl ChangeError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoModule { module } => Some(format!(
                "install the kernel package that has {module}, or choose another scheduler; this kernel's are \
                 `ls /lib/modules/$(uname -r)/kernel/net/netfilter/ipvs`"
            )),
            Self::Refused { errno: Errno::EINVAL } => Some(
                "a destination must be a host's address, and one of another family than its service's needs a tunnel \
                 and no sync daemon"
                    .to_owned(),
            ),
            Self::Raced | Self::NoService | Self::Refused { .. } => None,
        }
    }
}
