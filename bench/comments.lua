-- wrk: a new comment each request, each from another client as a trusted proxy names it, from all over the
-- net: a storm of readers, not a flood from one street.
local n = 0
local id = 0
function setup(thread) thread:set("id", id); id = id + 1 end
function request()
  n = n + 1
  local a, b, c = math.floor(n / 62500) % 250, math.floor(n / 250) % 250, n % 250
  wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", c, b, a + id)
  return wrk.format("POST", nil, nil, string.format("name=Reader+%d&body=The+water+rose+%d+centimetres+in+the+lane,+said+number+%d.", n, n % 300, n + id * 10000000))
end
