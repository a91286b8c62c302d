-- rules/pace.permit, word for word, where all workers meet: a test holds the two together.
-- KEYS: used, closed. ARGV: calls, asker, limits, now (empty: this server's clock).
local calls, asker, limits = tonumber(ARGV[1]), ARGV[2], cjson.decode(ARGV[3])
local closed = redis.call('PTTL', KEYS[2])
if closed > 0 and asker ~= 'handing in' then return tostring(closed / 1000) end
if #limits == 0 then return '0' end

local now = tonumber(ARGV[4])
if not now then
  local clock = redis.call('TIME')
  now = clock[1] + clock[2] / 1000000
end
local kept = redis.call('GET', KEYS[1])
local spent = kept and cjson.decode(kept) or { used = {}, promised = 0 }
local used, wait, longest, pace = {}, 0, 0, 0

for place, limit in ipairs(limits) do
  local most, width = limit[1], limit[2] / 10
  local present, parts, left = math.floor(now / width), {}, 0
  used[place] = {}
  for part, count in pairs(spent.used[place] or {}) do
    local age = present - tonumber(part)
    if age >= 0 and age <= 10 then
      used[place][part] = count
      table.insert(parts, { tonumber(part), count })
      left = left + count
    end
  end
  table.sort(parts, function(one, other) return one[1] < other[1] end)
  for _, part in ipairs(parts) do
    if left + math.min(calls, most) <= most then break end
    left = left - part[2]
    wait = math.max(wait, (part[1] + 11) * width - now, 0.001)
  end
  longest, pace = math.max(longest, limit[2]), math.max(pace, limit[2] / most)
end

local told = 0
if wait <= 0 or asker == 'handing in' then
  for place, limit in ipairs(limits) do
    local part = string.format('%.0f', math.floor(now / (limit[2] / 10)))
    used[place][part] = (used[place][part] or 0) + calls
  end
elseif asker == 'under way' then
  told = wait
else
  local turn = math.min(math.max(spent.promised, now + wait), now + wait + 30)
  spent.promised = turn + calls * pace
  told = turn - now
end
local state = cjson.encode({ used = used, promised = spent.promised })
redis.call('SET', KEYS[1], state, 'PX', math.ceil(longest * 1100) + 60000)
return string.format('%.17g', told)
