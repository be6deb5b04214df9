//! A service's settings in the words of `ipvsadm -Ln`.

use ipvs::{Family, SchedulerFlags, ServiceSettings};

/// `(sh-port) persistent 20 mask 255.255.255.0 pe sip ops`; empty where there is nothing to say.
pub(crate) fn text(settings: &ServiceSettings, family: Family) -> String {
    let mut words = Vec::new();
    words.extend(scheduler_flags(settings));
    if let Some(persistence) = &settings.persistence {
        words.push(format!("persistent {}", persistence.timeout_s));
        words.extend(mask(persistence.granularity, family));
        words.extend(persistence.engine.as_ref().map(|engine| format!("pe {engine}")));
    }
    if settings.one_packet {
        words.push("ops".to_owned());
    }
    words.join(" ")
}

fn scheduler_flags(settings: &ServiceSettings) -> Option<String> {
    let SchedulerFlags { flag1, flag2, flag3 } = settings.flags;
    let names = match settings.scheduler.name() {
        "sh" => ["sh-fallback", "sh-port", "flag-3"],
        "mh" => ["mh-fallback", "mh-port", "flag-3"],
        _ => ["flag-1", "flag-2", "flag-3"],
    };
    let set =
        names.into_iter().zip([flag1, flag2, flag3]).filter_map(|(name, is_set)| is_set.then_some(name));
    let set: Vec<&str> = set.collect();
    (!set.is_empty()).then(|| format!("({})", set.join(",")))
}

/// Nothing where every bit of the client's address counts.
fn mask(granularity: u8, family: Family) -> Option<String> {
    if granularity == family.bits() {
        return None;
    }
    Some(match family {
        Family::V4 => {
            let bits = u32::MAX.checked_shl(32 - u32::from(granularity)).unwrap_or(0);
            format!("mask {}", std::net::Ipv4Addr::from_bits(bits))
        }
        Family::V6 => format!("mask {granularity}"),
    })
}

#[cfg(test)]
mod tests;
