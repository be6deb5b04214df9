use std::time::Duration;

use Effect::{Checks, Dead, Draining, Gone, Quiesced, Stay};
use ServerState::{Down, Unknown, Up};
use config::director::AgentPolicy::{Prefer, Require};

use super::*;

const HEARD: Around =
    Around { policy: Prefer, ordered: None, was_heard: true, in_grace: false, percent: None };

fn words() -> [(&'static str, Word); 7] {
    [
        ("awaited", Word::Awaited),
        ("ready", Word::Ready),
        ("not ready", Word::NotReady("tcp/80: nobody listens".into())),
        ("draining", Word::Draining),
        ("leaving", Word::Leaving),
        ("unverified", Word::Unverified("connection refused".into())),
        ("dead", Word::Dead),
    ]
}

/// What each of [`words`] comes to.
fn effects(around: Around) -> [Effect; 7] {
    words().map(|(_, word)| Effect::of(&word, around))
}

#[test]
fn each_word_under_each_policy() {
    let heard = [Stay, Checks, Quiesced, Draining, Gone, Checks, Dead];
    assert_eq!(effects(HEARD), heard);
    assert_eq!(effects(Around { in_grace: true, ..HEARD }), heard);
    let require = Around { policy: Require, ..HEARD };
    assert_eq!(effects(require), [Stay, Checks, Quiesced, Draining, Gone, Quiesced, Dead]);
    assert_eq!(effects(Around { in_grace: true, ..require }), heard);
    let never = Around { in_grace: true, was_heard: false, ..require };
    assert_eq!(effects(never), [Stay, Checks, Quiesced, Draining, Gone, Stay, Dead]);
}

#[test]
fn what_was_ordered_stays_until_the_agent_says_otherwise() {
    for policy in [Prefer, Require] {
        let around = |ordered| Around { policy, ordered: Some(ordered), ..HEARD };
        assert_eq!(
            effects(around(Ordered::Draining)),
            [Draining, Checks, Draining, Draining, Gone, Draining, Dead]
        );
        assert_eq!(effects(around(Ordered::Leaving)), [Gone, Checks, Gone, Draining, Gone, Gone, Gone]);
    }
}

#[test]
fn a_weight_of_0_is_no_traffic() {
    let ready = |percent| Effect::of(&Word::Ready, Around { percent, ..HEARD });
    assert_eq!([ready(None), ready(Some(1)), ready(Some(0))], [Checks, Checks, Quiesced]);
}

#[test]
fn orders_of_persons_are_not_guarded() {
    let guarded = [Checks, Stay, Quiesced, Draining, Gone, Dead].map(Effect::is_guarded);
    assert_eq!(guarded, [false, false, true, false, false, true]);
}

fn voice(word: Word, effect: Effect) -> Voice {
    Voice { word, effect, since: Duration::ZERO, percent: None, was: Some(3) }
}

/// State, what is said, and as what others know the server, for each state of its checks: up, unknown, down.
fn conditions(effect: Effect, held: bool) -> [(ServerState, Said, ServerState); 3] {
    let weight = Weight::new(10).unwrap();
    [Up, Unknown, Down].map(|state| {
        let condition = voice(Word::Ready, effect).condition(state, weight, held);
        assert_eq!(condition.weight, weight);
        (condition.state, condition.said, condition.standing())
    })
}

#[test]
fn each_effect_on_each_state() {
    let as_checks = [(Up, Said::Nothing, Up), (Unknown, Said::Nothing, Unknown), (Down, Said::Nothing, Down)];
    assert_eq!(conditions(Checks, false), as_checks);
    let stay = Said::AsItWas(Some(3));
    assert_eq!(conditions(Stay, false), [(Up, stay, Unknown), (Unknown, stay, Unknown), (Down, stay, Down)]);
    for (effect, said) in [(Quiesced, Said::Quiesced), (Draining, Said::Draining), (Gone, Said::Gone)] {
        assert_eq!(conditions(effect, false), [(Up, said, Down), (Unknown, said, Down), (Down, said, Down)]);
    }
    assert_eq!(conditions(Dead, false), [(Down, Said::Nothing, Down); 3]);
    assert_eq!(conditions(Dead, true), as_checks);
    assert_eq!(conditions(Quiesced, true), as_checks);
    assert_eq!(conditions(Draining, true)[0].1, Said::Draining, "nobody is kept against an order");
}

#[test]
fn who_is_kept_against_a_weight_of_0_has_some() {
    let voice = Voice { percent: Some(0), ..voice(Word::Ready, Quiesced) };
    let weight = |held| voice.condition(Up, Weight::new(250).unwrap(), held).weight.get();
    assert_eq!((weight(false), weight(true)), (0, 3));
    let unheard = Voice { word: words()[5].1.clone(), effect: Checks, ..voice };
    assert_eq!(unheard.condition(Up, Weight::new(250).unwrap(), false).weight.get(), 3, "its checks decide");
}

#[test]
fn reasons_say_what_the_agent_said() {
    let reason = |(_, word): (&str, Word), around| voice(word.clone(), Effect::of(&word, around)).reason();
    assert_eq!(
        words().map(|word| reason(word, Around { policy: Require, ..HEARD })),
        [
            "not heard yet",
            "ready",
            "not ready: tcp/80: nobody listens",
            "draining",
            "drained",
            "not heard: connection refused",
            "not heard, and its host answers nothing",
        ]
    );
    let lost = || words()[5].clone();
    let ordered = |ordered| Around { ordered: Some(ordered), ..HEARD };
    let draining = "draining when it was heard last: connection refused";
    assert_eq!(reason(lost(), ordered(Ordered::Draining)), draining);
    assert_eq!(
        reason(lost(), ordered(Ordered::Leaving)),
        "drained when it was heard last: connection refused"
    );
    assert_eq!(reason(words()[1].clone(), Around { percent: Some(0), ..HEARD }), "its weight is 0");
}
