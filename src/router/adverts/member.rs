//! A virtual router as the advert thread sees it.

use std::net::IpAddr;
use std::sync::Arc;

use config::director::RouterConfig;

pub(super) struct Member {
    pub(super) config: Arc<RouterConfig>,
    /// its interface was looked at
    pub(super) is_known: bool,
    /// it goes on as master where an earlier run ended
    pub(super) resumes: bool,
    /// source of its adverts
    pub(super) source: Option<IpAddr>,
    /// source of the master's adverts as the thread of the addresses was told, while it is a backup
    pub(super) master: Option<IpAddr>,
    /// why its interface cannot be used, as the machine was told
    pub(super) fault: Option<String>,
    /// why its newest advert did not leave
    pub(super) send_error: Option<String>,
}

impl Member {
    pub(super) fn new(config: Arc<RouterConfig>) -> Self {
        Self {
            config,
            is_known: false,
            resumes: false,
            source: None,
            master: None,
            fault: None,
            send_error: None,
        }
    }
}
