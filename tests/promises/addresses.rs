//! An address expires, and the caller may know another.

use rangeload::core::download::State;
use rangeload::core::error::Error;
use rangeload::core::options::Options;

use crate::world::World;

#[test]
fn an_expired_address_is_replaced_by_the_one_the_caller_knows() {
    let options = Options {
        refreshes: true,
        ..Options::default()
    };
    for status in [400, 401, 403, 410] {
        let mut world = World::new(options.clone());
        world.refusals = vec![status];
        world.next_urls = vec![Some("https://a.example/b?signature=2")];
        assert_eq!(world.run().download.state(), State::Complete, "{status}");
        let snapshot = world.download.snapshot(world.at.now);
        assert_eq!(snapshot.url, "https://a.example/b?signature=2");
    }
}

#[test]
fn a_caller_who_knows_no_other_address_is_told_the_status() {
    for (refreshes, next_urls) in [(true, vec![None]), (false, vec![])] {
        let mut world = World::new(Options {
            refreshes,
            ..Options::default()
        });
        world.refusals = vec![410];
        world.next_urls = next_urls;
        assert_eq!(world.run().download.state(), State::Failed);
        assert_eq!(world.error(), Some(Error::Http { status: 410 }));
    }
}

#[test]
fn addresses_that_never_work_are_not_asked_for_for_ever() {
    let options = Options {
        refreshes: true,
        ..Options::default()
    };
    let mut world = World::new(options);
    world.refusals = vec![403; 100];
    world.next_urls = vec![Some("https://a.example/c"); 100];
    assert_eq!(world.run().download.state(), State::Failed);
    assert_eq!(world.error(), Some(Error::Http { status: 403 }));
    assert!(world.asked < 10);
}
