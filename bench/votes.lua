-- wrk: a vote each request, by one of the voters whose cookies stand in VOTERS, on one of the comments
-- whose numbers stand in COMMENTS (a file each, one a line), from another client each time.
local function lines(name)
  local all = {}
  for line in io.lines(os.getenv(name)) do all[#all + 1] = line end
  return all
end
local voters, comments = lines("VOTERS"), lines("COMMENTS")
local n = 0
function request()
  n = n + 1
  local voter, comment = n % #voters + 1, math.floor(n / #voters) % #comments + 1
  wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", n % 250, math.floor(n / 250) % 250, math.floor(n / 62500) % 250)
  wrk.headers["Cookie"] = "visitor=" .. voters[voter]
  local value = math.floor(n / #voters / #comments) % 2 == 0 and 1 or -1
  return wrk.format("POST", "/comments/" .. comments[comment] .. "/vote", nil, "value=" .. value)
end
