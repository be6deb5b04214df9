//! The kernel's table, and the modules behind it.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use config::director::PATH_MARKS;
use ipvs::{Family, ServiceKey};

use super::Sight;
use crate::Finding;

const LOCK: &str = "kernel/modules_disabled";
pub(super) const MODULES: &str = "ipvs-modules";
pub(super) const STRANGERS: &str = "strange-services";

/// Services of others that are named at most.
const MOST_NAMED: usize = 4;

/// `ip_vs`, and what the file's services need beside it.
pub(super) fn modules(sight: Sight<'_>) -> Vec<Finding> {
    if sight.config.services.is_empty() {
        return vec![Finding::not_applicable(MODULES, "", "the file has no [[service]]")];
    }
    let loaded = match sight.host.modules.loaded.as_result() {
        Ok(loaded) => loaded,
        Err(unseen) => return vec![Finding::unknown(MODULES, "", unseen)],
    };
    let missing: BTreeSet<String> =
        needed(sight).into_iter().filter(|module| !loaded.contains(module)).collect();
    if missing.is_empty() {
        return vec![Finding::fine(MODULES, "", "all are loaded")];
    }
    let available = match sight.host.modules.available.as_result() {
        Ok(available) => available,
        Err(unseen) => return vec![Finding::unknown(MODULES, "", unseen)],
    };
    let absent: Vec<String> = missing.iter().filter(|module| !available.contains(*module)).cloned().collect();
    let sysctls = &sight.host.sysctls;
    let locked = sysctls.number(LOCK);
    vec![match (absent.is_empty(), locked) {
        (false, _) => absent_ones(&absent),
        (true, None) if !sysctls.is_absent(LOCK) => Finding::unknown(MODULES, "", &sysctls.unseen(LOCK)),
        (true, Some(1)) => locked_out(&missing),
        (true, _) => Finding::fine(MODULES, "", "all can be loaded, and are when they are needed"),
    }]
}

fn absent_ones(absent: &[String]) -> Finding {
    let what = format!("this kernel has no {}: services that need it are refused", absent.join(", "));
    let cure = "# install the rest of this kernel's modules: linux-modules-extra-$(uname -r) (Ubuntu), linux-image-amd64 in place \
                of the cloud image (Debian), kernel-modules-extra (Fedora)";
    Finding::wrong(MODULES, "", what, [cure])
}

fn locked_out(missing: &BTreeSet<String>) -> Finding {
    let names: Vec<&str> = missing.iter().map(String::as_str).collect();
    let what =
        format!("{} are not loaded, and kernel.modules_disabled is 1 until the next boot", names.join(", "));
    let cure = format!("printf '%s\\n' {} >/etc/modules-load.d/lvs-director.conf && reboot", names.join(" "));
    Finding::wrong(MODULES, "", what, [cure])
}

fn needed(sight: Sight<'_>) -> BTreeSet<String> {
    let settings = || sight.config.services.iter().map(|service| &service.settings);
    let schedulers =
        settings().map(|settings| format!("ip_vs_{}", settings.scheduler.name().replace('-', "_")));
    let engines = settings().filter_map(|settings| settings.persistence.as_ref()?.engine.as_ref());
    let engines = engines.map(|engine| format!("ip_vs_pe_{engine}"));
    schedulers.chain(engines).chain(["ip_vs".to_string()]).collect()
}

/// Services that neither the file nor lvs-director knows.
pub(super) fn strangers(sight: Sight<'_>) -> Vec<Finding> {
    let table = match sight.own.table.as_result() {
        Ok(Some(table)) => table,
        Ok(None) => {
            return vec![Finding::not_applicable(STRANGERS, "", "ip_vs is not loaded: there is no table")];
        }
        Err(unseen) => return vec![Finding::unknown(STRANGERS, "", unseen)],
    };
    let configured: BTreeSet<ServiceKey> =
        sight.config.services.iter().map(|service| family_unseen(service.key)).collect();
    let is_strange = |key: &&ServiceKey| !configured.contains(key) && !is_path(sight, key);
    let strange: Vec<ServiceKey> = table.services.iter().filter(is_strange).copied().collect();
    if strange.is_empty() {
        return vec![Finding::fine(STRANGERS, "", "the table has no service that the file does not have")];
    }
    if sight.config.ipvs.own_table {
        return vec![Finding::fine(STRANGERS, "", "services of others are removed: `own_table = true`")];
    }
    let owned = match table.owned.as_result() {
        Ok(owned) => owned.iter().copied().map(family_unseen).collect::<BTreeSet<ServiceKey>>(),
        Err(unseen) => return vec![Finding::unknown(STRANGERS, "", unseen)],
    };
    let strange: Vec<ServiceKey> = strange.into_iter().filter(|key| !owned.contains(key)).collect();
    vec![if strange.is_empty() { left(sight) } else { foreign(&strange) }]
}

/// Those of an earlier file.
fn left(sight: Sight<'_>) -> Finding {
    if sight.daemon().is_some() {
        return Finding::fine(STRANGERS, "", "all services are lvs-director's");
    }
    let what = "services of an earlier file are still in the table, and no director runs to remove them";
    Finding::wrong(STRANGERS, "", what, ["lvs-director apply"])
}

/// They may be in use: nobody but their owner knows.
fn foreign(strange: &[ServiceKey]) -> Finding {
    let names: Vec<String> = strange.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    let more = strange.len().saturating_sub(names.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let kept = format!("somebody else's are in the table too, and are kept: {}{more}", names.join(", "));
    Finding::fine(STRANGERS, "", kept)
}

/// As the kernel's table shows it to everybody.
fn family_unseen(key: ServiceKey) -> ServiceKey {
    match key {
        ServiceKey::Fwmark { mark, .. } => ServiceKey::Fwmark { family: Family::V4, mark },
        key @ ServiceKey::Address { .. } => key,
    }
}

/// A check of the true path has a service of its own.
fn is_path(sight: Sight<'_>, key: &ServiceKey) -> bool {
    let first = sight.config.ipvs.path_mark;
    matches!(key, ServiceKey::Fwmark { mark, .. } if mark.get() >= first && mark.get() - first < PATH_MARKS)
}
