use std::time::Duration;

use health::{TlsCheck, Verify};
use tokio::time::timeout;

use super::{MAKING, Wanted, of};

fn check(verify: Verify) -> TlsCheck {
    TlsCheck { sni: None, verify, certificate: None, key: None }
}

#[tokio::test]
async fn files_that_hang_keep_only_those_waiting_that_need_them() {
    let hanging = Verify::Ca("/nonexistent/lvs-probe/hanging.pem".to_owned());
    let wanted = Wanted { verify: hanging.clone(), certificate: None, key: None };
    // as if a thread had not come back from the disk
    let turn = MAKING.take(wanted).await;
    let hanging = check(hanging);
    assert!(timeout(Duration::from_millis(1), of(&hanging)).await.is_err());
    let other = check(Verify::Ca("/nonexistent/lvs-probe/other.pem".to_owned()));
    assert!(timeout(Duration::from_secs(60), of(&other)).await.unwrap().is_err());
    assert!(timeout(Duration::from_secs(60), of(&check(Verify::Off))).await.unwrap().is_ok());
    drop(turn);
    assert!(timeout(Duration::from_secs(60), of(&hanging)).await.unwrap().is_err());
}
