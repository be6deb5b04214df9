//! The keys of the file itself.

use crate::read::{Foreign, Keys};

pub(super) const TOP: Keys = Keys {
    name: "director.toml",
    known: &[
        "router_id",
        "ipvs_on",
        "http",
        "mail",
        "scripts",
        "realtime",
        "agents",
        "ipvs",
        "vrrp",
        "sync_group",
        "track_script",
        "track_file",
        "track_process",
        "address",
        "service",
    ],
    foreign: &[
        Foreign {
            key: "vip",
            help: "[[vip]] belongs to the agent; a director holds addresses by [[vrrp]] or [[address]]",
        },
        Foreign { key: "vrrp_instance", help: "keepalived's vrrp_instance is [[vrrp]] here" },
        Foreign { key: "vrrp_sync_group", help: "keepalived's vrrp_sync_group is [[sync_group]] here" },
        Foreign { key: "vrrp_script", help: "keepalived's vrrp_script is [[track_script]] here" },
        Foreign { key: "vrrp_track_file", help: "keepalived's vrrp_track_file is [[track_file]] here" },
        Foreign {
            key: "vrrp_track_process",
            help: "keepalived's vrrp_track_process is [[track_process]] here",
        },
        Foreign { key: "global_defs", help: "write its keys here: `router_id`, [scripts], [realtime]" },
        Foreign { key: "script_user", help: "write `user` in [scripts]" },
        Foreign { key: "enable_script_security", help: "leave it away: it is always so" },
        Foreign { key: "notify_fifo", help: "write `fifo` in [scripts]" },
        Foreign { key: "vrrp_notify_fifo", help: "write `vrrp_fifo` in [scripts]" },
        Foreign { key: "lvs_notify_fifo", help: "write `lvs_fifo` in [scripts]" },
        Foreign { key: "notification_email", help: "write `to` in [mail]" },
        Foreign { key: "notification_email_from", help: "write `from` in [mail]" },
        Foreign { key: "smtp_server", help: "write `server` in [mail]" },
        Foreign { key: "smtp_alert", help: "write `about` in [mail]" },
        Foreign { key: "lvs_flush", help: "write `own_table = true` in [ipvs]" },
        Foreign { key: "lvs_flush_on_stop", help: "write `on_stop = \"remove\"` in [ipvs]" },
        Foreign { key: "virtual_server_group", help: "write `addresses` in [[service]]" },
        Foreign { key: "agent", help: "write `policy` in [agents], or `agent` in a [[service]]" },
        Foreign { key: "agent_port", help: "write `port` in [agents], or `agent_port` in a [[service]]" },
        Foreign { key: "services", help: "write one [[service]] section for each service" },
        Foreign { key: "virtual_server", help: "keepalived's virtual_server is [[service]] here" },
        Foreign { key: "real", help: "real servers belong to a service: write [[service.real]]" },
        Foreign { key: "real_server", help: "keepalived's real_server is [[service.real]] here" },
        Foreign { key: "lvs_sync_daemon", help: "keepalived's lvs_sync_daemon is [[ipvs.sync]] here" },
    ],
};
pub(super) const HTTP: Keys = Keys { name: "[http]", known: &["listen"], foreign: &[] };
