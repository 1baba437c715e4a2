"""A second visit needs no network: what was seen, and an explorer that was alive once."""

from built_site import SITE
from serve import SiteServer
from test_live_explorers import make_live, picture

PAGE = "notebooks/01_normalization.html"
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const names = await caches.keys(), found = [];
  for (const name of names) for (const {url} of await (await caches.open(name)).keys()) found.push(url);
  return found.some(url => url.endsWith("01_normalization.html")) && found.some(url => url.endsWith("site.css"));
}"""


def test_a_page_and_its_explorer_work_when_the_server_is_gone(browser):
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    with SiteServer(SITE) as server:
        page.goto(server.url + PAGE)
        page.wait_for_function(KEPT)
        make_live(page, page.locator(".live").first)
        alt = picture(page.locator(".live").first)[1]
    page.goto("about:blank")
    page.goto(server.url + PAGE)
    assert page.locator(".cell_output img").first.evaluate("image => image.naturalWidth > 0")
    make_live(page, page.locator(".live").first)
    assert picture(page.locator(".live").first)[1] == alt
    context.close()
