// Downloads one file where neither curl nor wget is there. It is run by whatever Node the machine has, however old.
'use strict'
const fs = require('fs')
const url = require('url')

const [address, target] = process.argv.slice(2)

function fetch(from, redirectsLeft) {
  const client = from.startsWith('http:') ? require('http') : require('https')
  client
    .get(from, { timeout: 30000 }, response => {
      const status = response.statusCode
      if (status >= 300 && status < 400 && response.headers.location && redirectsLeft > 0) {
        response.resume()
        return fetch(url.resolve(from, response.headers.location), redirectsLeft - 1)
      }
      if (status !== 200) return fail(`HTTP status ${status}`)
      const expectedBytes = Number(response.headers['content-length'] || NaN)
      const file = fs.createWriteStream(target)
      response.on('aborted', () => fail('the connection broke'))
      file.on('error', error => fail(error.message))
      file.on('finish', () => file.bytesWritten < expectedBytes && fail('the connection broke'))
      response.pipe(file)
    })
    .on('timeout', () => fail('no answer for 30 s'))
    .on('error', error => fail(error.message))
}

function fail(reason) {
  console.error(`${address}: ${reason}`)
  process.exit(1)
}

fetch(address, 5)
